import { enFeedback } from './enFeedback';
import { enRings } from './enRings';
import { enWork } from './enWork';

export const en = { ...enRings, ...enWork, ...enFeedback };
