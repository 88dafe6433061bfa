import type { Texts } from '../index'

export const shell: Texts['shell'] = {
  product: 'Qiandao',
  title: 'Qiandao console',
  skip: 'Skip to content',
  navigation: 'Navigation',
  openNavigation: 'Open navigation',
  nav: {
    overview: 'Overview',
    activities: 'Activities',
    reviews: 'Reviews',
    rosters: 'Rosters',
    reports: 'Reports',
    exports: 'Exports',
    organisation: 'Organisation',
    sessions: 'Sessions',
  },
  organisation: 'Organisation',
  search: 'Find an organisation',
  account: 'My account',
  name: { title: 'Change my name', note: 'Members and lists show it', required: 'Give a name' },
  theme: { label: 'Theme', auto: 'System', light: 'Light', dark: 'Dark' },
  language: { label: 'Language', zh: '中文', en: 'English' },
  docs: 'API documentation',
  signOut: 'Sign out',
  lost: { title: 'No such page', note: 'The address may be wrong, or the page has moved', back: 'To the front page' },
  broken: {
    title: 'This page failed',
    note: 'Reload to try again. If it keeps failing, send the text below to your administrator',
    reload: 'Reload',
  },
}
