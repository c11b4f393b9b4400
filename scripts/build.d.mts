export function buildServer(): Promise<boolean>;
export function buildWeb(): Promise<boolean>;
