import type { Texts } from '../index'

export const failures: Texts['failures'] = {
  kinds: {
    offline: 'No network. Check the connection and try again',
    timeout: 'The network is too slow. Try again in a moment',
    cancelled: 'Cancelled',
    broken: 'Something went wrong. Try again in a moment',
  },
  reasons: {
    REVISION_STALE: 'Somebody has just changed this. Reload and try again',
    EXPORTS_QUEUED: '20 exports are waiting already. Cancel some, or wait until they are done',
    EXPORT_NOT_READY: 'The file is not there yet, or is erased. Export it again',
    EXPORTS_OFF: 'Exports are switched off here. Ask your administrator',
    FILE_MISSING: 'The file is gone. Export it again',
    LAST_OWNER: 'An organisation needs an owner. Hand it over first',
    ORGANISATION_ARCHIVED: 'The organisation is archived. Restore it to change anything',
    SESSION_ENDED: 'You are signed out. Sign in again',
    INVALID_ARGUMENT: 'Something you entered cannot be taken. Check it and try again',
  },
  statuses: {
    401: 'You are signed out. Sign in again',
    403: 'You may not do this',
    404: 'Not found. It may have been deleted, or it is not open to you',
    409: 'Somebody else has changed this. Reload and try again',
    413: 'Too long. Shorten it and try again',
    422: 'Something you entered cannot be taken. Check it and try again',
    429: 'Too many requests. Try again in a moment',
    503: 'The service is not available. Try again in a moment',
  },
  retryIn: 'Try again in {s} s',
  field: 'Cannot be taken: {message}',
}
