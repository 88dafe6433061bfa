import type { Texts } from '../index'

export const wall: Texts['wall'] = {
  title: 'Wall',
  qr: 'Check-in QR',
  code: 'Code',
  waiting: 'Getting the QR…',
  next: 'New in {s} s',
  far: 'Scans from as far as ten times its side; type the code from further back',
  came: 'Here',
  rate: 'Rate',
  inside: 'Inside',
  pending: 'Under review',
  arrivals: 'Arrivals a minute',
  lately: '{n} in the last 5 minutes',
  stale: 'Connection lost, trying again · as of {at}',
  latest: 'Just came',
  only: 'QR only (F)',
  over: {
    loading: { title: 'One moment…', note: ' ' },
    cut: { title: 'The server cannot be reached', note: 'Reconnecting; this screen goes on by itself' },
    open: { title: 'One moment…', note: ' ' },
    waiting: { title: 'Not opened yet', note: 'Open the link that the organiser sent' },
    expired: { title: 'The link has expired', note: 'Ask the organiser for a new one' },
    ended: { title: 'Check-in is over', note: 'The QR is not shown any more' },
    revoked: { title: 'This screen was revoked', note: 'Ask the organiser for a new link to go on' },
    unstaffed: {
      title: 'This kiosk is over',
      note: 'Who made it is no staff of the activity any more; ask its staff for a new link',
    },
    none: {
      title: 'This browser is no screen of this activity',
      note: 'Ask the organiser for a link and open it here',
    },
  },
}
