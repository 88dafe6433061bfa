import type { Texts } from '../index'

export const displays: Texts['displays'] = {
  title: 'Screens',
  kind: 'The screen shows',
  kinds: { qr: 'QR', wall: 'Wall', kiosk: 'Kiosk' },
  about: {
    qr: 'The QR, the code and the number of people',
    wall: 'For a projector: QR, people there and expected, arrivals a minute, who just came',
    kiosk:
      'A tablet at a door: people show a code to its scanner, type the one of their label, or scan the QR. They check in in your name, for as long as you are staff',
  },
  names: 'Names',
  nameChoices: { none: 'None', masked: 'In part', full: 'In full' },
  direction: 'For',
  directions: { in: 'Checking in', out: 'Checking out' },
  gate: 'Gate',
  ownGate: 'None: kiosks are numbered',
  make: 'Make a link',
  how: 'Open it in the browser of the screen, once, within 15 minutes; nobody signs in there',
  howKiosk:
    'Open it in the browser of the tablet, once, within 15 minutes; nobody signs in there, a scanner just works',
  copy: 'Copy link',
  openHere: 'Open in a new window',
  empty: 'No screens yet',
  emptyHint: 'A projector shows the QR and the numbers without anybody signing in',
  states: {
    waiting: 'Waiting',
    open: 'Showing',
    expired: 'Link expired',
    ended: 'Over',
    revoked: 'Revoked',
    unstaffed: 'Its maker left',
  },
  revoke: 'Revoke',
  revokeAsk: 'Revoke this screen?',
  revokeNote: 'It goes dark within 10 s, and a kiosk takes nobody any more',
}
