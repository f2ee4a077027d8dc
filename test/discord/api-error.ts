/** Errors of Discord's HTTP API: an HTTP status, a code, a message, and for an invalid form the path to its fault. */

export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly errors?: object,
  ) {
    super(message);
  }

  get body(): object {
    return { message: this.message, code: this.code, ...(this.errors ? { errors: this.errors } : {}) };
  }
}

export const unauthorized = () => new ApiError(401, 0, '401: Unauthorized');
export const missingAccess = () => new ApiError(403, 50001, 'Missing Access');
export const missingPermissions = () => new ApiError(403, 50013, 'Missing Permissions');
export const cannotMessageUser = () => new ApiError(403, 50007, 'Cannot send messages to this user');
export const unknownChannel = () => new ApiError(404, 10003, 'Unknown Channel');
export const notFound = () => new ApiError(404, 0, '404: Not Found');
export const unknownMessage = () => new ApiError(404, 10008, 'Unknown Message');
export const unknownWebhook = () => new ApiError(404, 10015, 'Unknown Webhook');
export const unknownInteraction = () => new ApiError(404, 10062, 'Unknown interaction');
export const alreadyAcknowledged = () =>
  new ApiError(400, 40060, 'Interaction has already been acknowledged.');
export const emptyMessage = () => new ApiError(400, 50006, 'Cannot send an empty message');

/** The error for a form whose value at `path`, such as `0.options.2.name`, is invalid. */
export function invalidForm(path: string, code: string, message: string): ApiError {
  let errors: object = { _errors: [{ code, message }] };
  for (const key of path.split('.').reverse()) errors = { [key]: errors };
  return new ApiError(400, 50035, 'Invalid Form Body', errors);
}
