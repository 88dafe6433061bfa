import type { Texts } from '../index'

export const session: Texts['session'] = {
  signIn: {
    title: 'Sign in to the console',
    note: 'Scan with the WeChat mini-program, no password needed',
    qr: 'QR to sign in with',
    digits: 'Type on the phone',
    renewed: 'New in {s} s',
    again: 'Scan again',
    states: {
      opening: 'Preparing the QR',
      waiting: 'Waiting for a phone',
      approved: 'Confirmed, entering',
      denied: 'The phone refused this sign-in',
      resting: 'The QR has expired',
    },
    steps: {
      open: 'Open the mini-program and go to 我的',
      scan: 'Tap 登录电脑 and scan the QR above',
      type: 'Check the browser, and type the two digits',
    },
    simulator: 'No phone? Sign in as somebody of the local WeChat simulator',
  },
  own: {
    export: 'Export my data',
    file: 'my data',
    erase: 'Erase my data',
    eraseAsk: 'Erase your data?',
    eraseNote:
      'Name, numbers, phone and all that you told are taken out of every roster and record, and your phones are signed out; check-ins that they have not sent are lost. Counts stay, and lead to nobody. It cannot be undone',
    eraseYes: 'Erase',
    erased: 'Your data is erased',
  },
  sessions: {
    title: 'Sessions',
    note: 'End what you do not know; it is out within seconds',
    phone: 'Mini-program on a phone',
    unknown: 'Unknown browser',
    current: 'Current',
    since: 'Signed in {when}',
    used: 'last used {when}',
    end: 'Sign out',
    keep: 'Keep',
    endAsk: 'Sign it out?',
    leaveAsk: 'Sign out here?',
  },
}
