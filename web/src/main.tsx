import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './i18n';
import './app/styles/base.css';
import './app/styles/frame.css';
import './app/styles/list.css';
import './app/styles/ring.css';
import './app/styles/evidence.css';
import './app/styles/calibration.css';
import './app/styles/pages.css';
import './app/styles/narrow.css';
import { App } from './app/App';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
