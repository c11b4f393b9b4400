import {
  type AddressOf,
  type BodyOf,
  type Endpoint,
  Problem,
  type ResponseOf,
  urlOf,
} from './types';

/** What went wrong in words that a reader can use. `status` 0: the server was not reached. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}

async function problemOf(response: Response): Promise<ApiError> {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) return new ApiError(response.status, `HTTP ${response.status}`);
  const { title, detail, remedy } = parsed.data;
  return new ApiError(response.status, detail ?? title, remedy);
}

/** One request by the contract: the answer is checked before the page sees it. */
export async function call<E extends Endpoint>(
  endpoint: E,
  address: AddressOf<E>,
  options: { body?: BodyOf<E>; signal?: AbortSignal } = {},
): Promise<ResponseOf<E>> {
  const { body, signal } = options;
  let response: Response;
  try {
    response = await fetch(urlOf(endpoint, address), {
      method: endpoint.method.toUpperCase(),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable');
  }
  if (!response.ok) throw await problemOf(response);
  if (!endpoint.response) return undefined as ResponseOf<E>;
  const parsed = endpoint.response.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new ApiError(response.status, 'unreadable', parsed.error.message);
  return parsed.data as ResponseOf<E>;
}
