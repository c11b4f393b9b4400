export const NEO4J_VERSION: string;
export function findExecutable(name: string, also?: readonly string[]): string | undefined;
export function findRedis(): string | undefined;
export function findPostgres(): string | undefined;
export function findNeo4j(): { java: string; lib: string } | undefined;
export function installRedis(): Promise<void>;
export function installPostgres(): Promise<void>;
export function installNeo4j(): Promise<void>;
