import type { Texts } from '../index'

export const common: Texts['common'] = {
  loading: 'Loading',
  retry: 'Try again',
  more: 'Load more',
  cancel: 'Cancel',
  save: 'Save',
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',
  requestId: 'Request',
  empty: 'Nothing here yet',
  states: { draft: 'Draft', published: 'Published', closed: 'Ended', cancelled: 'Cancelled' },
  kinds: { event: 'Event', attendance: 'Attendance', points: 'Daily check-in' },
  methods: { qr: 'QR', code: 'Code', place: 'Place', nfc: 'Tag', staff: 'Staff' },
  roles: { owner: 'Owner', organiser: 'Organiser', staff: 'Staff', member: 'Member' },
  rehearsal: 'Rehearsal',
  unnamed: 'No name given',
  days: { yesterday: 'Yesterday', today: 'Today', tomorrow: 'Tomorrow' },
  duration: { days: '{n} d', hours: '{n} h', minutes: '{n} min', seconds: '{n} s' },
  metres: '{n} m',
  kilometres: '{n} km',
}
