import type { z } from 'zod';

/**
 * One request of the API. The server parses by it, the page builds addresses by it and the OpenAPI
 * document is made of it. `response` absent: a file, a stream or an empty answer.
 */
export interface Endpoint {
  readonly method: 'get' | 'post' | 'delete';
  /** With `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response?: z.ZodType;
  /** Media type of the answer where it is not JSON. */
  readonly produces?: string;
  /** 200 when absent. */
  readonly status?: 200 | 202 | 204;
  /** Answered without the token. */
  readonly open?: boolean;
}

export const endpoint = <const E extends Endpoint>(e: E): E => e;

type Out<S> = S extends z.ZodType ? z.output<S> : undefined;
export type ParamsOf<E extends Endpoint> = Out<E['params']>;
export type QueryOf<E extends Endpoint> = Out<E['query']>;
export type BodyOf<E extends Endpoint> = Out<E['body']>;
export type ResponseOf<E extends Endpoint> = Out<E['response']>;

/** What a caller gives: path parameters, and any part of the query (absent means the default). */
export type AddressOf<E extends Endpoint> = (E['params'] extends z.ZodType
  ? { params: z.output<E['params']> }
  : { params?: undefined }) &
  (E['query'] extends z.ZodType
    ? {
        query?:
          | { [K in keyof z.output<E['query']>]?: z.output<E['query']>[K] | undefined }
          | undefined;
      }
    : { query?: undefined });

/** Address of a request, e.g. `urlOf(endpoints.ring, { params: { id: 'R-7K2Q' } })`. */
export function urlOf<E extends Endpoint>(of: E, address: AddressOf<E>): string {
  const params = (address.params ?? {}) as Record<string, string>;
  const path = of.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(address.query ?? {})) {
    if (value === undefined || value === '') continue;
    query.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
