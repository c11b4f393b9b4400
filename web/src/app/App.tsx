import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useLayoutEffect } from 'react';
import { ApiError } from '../api/client';
import { usePreferences } from './preferences';
import { router } from './router';
import { antdConfig, useDark } from './theme';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      // Words that are wrong stay wrong; only what may pass by itself is tried again.
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof ApiError) || error.status >= 500),
      retryDelay: (n) => 400 * 2 ** n,
    },
  },
});

export function App() {
  const dark = useDark();
  const language = usePreferences((p) => p.language);
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  return (
    <ConfigProvider
      button={{ autoInsertSpace: false }}
      theme={antdConfig(dark, language)}
      locale={language === 'zh' ? zhCN : enUS}
    >
      <AntApp className="app" notification={{ placement: 'bottomRight' }}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </AntApp>
    </ConfigProvider>
  );
}
