import { enCalibration } from './calibration';
import { enFeedback } from './enFeedback';
import { enRings } from './enRings';
import { enWork } from './enWork';
import { enSelfTest } from './selfTest';

export const en = { ...enRings, ...enWork, ...enFeedback, ...enSelfTest, ...enCalibration };
