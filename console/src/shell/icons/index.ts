/** Signs, drawn with the colour of the text around them; the words beside them say what they are. */

import { h, type FunctionalComponent } from 'vue'

const sign = (...paths: string[]): FunctionalComponent => {
  const drawn: FunctionalComponent = () =>
    h(
      'svg',
      {
        viewBox: '0 0 24 24',
        width: 20,
        height: 20,
        fill: 'none',
        stroke: 'currentColor',
        'stroke-width': 1.75,
        'stroke-linecap': 'round',
        'stroke-linejoin': 'round',
        'aria-hidden': 'true',
      },
      paths.map((d) => h('path', { d })),
    )
  return drawn
}

export const Alert = sign('M12 8v5', 'M12 16.5v.01', 'M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z')
export const Bell = sign('M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15z', 'M10 21h4')
export const Building = sign(
  'M4 21V5l8-2v18',
  'M12 9h8v12',
  'M3 21h18',
  'M8 8v.01M8 12v.01M8 16v.01M16 13v.01M16 17v.01',
)
export const Calendar = sign(
  'M5 5h14a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1z',
  'M4 10h16M8 3v4M16 3v4',
)
export const Chart = sign('M4 4v16h16', 'M8 16v-4M12 16V8M16 16v-6')
export const Check = sign('M5 12.5l4.5 4.5L19 7.5')
export const Chevron = sign('M8 10l4 4l4-4')
export const Devices = sign('M4 5h16v10H4z', 'M9 19h6M12 15v4')
export const Empty = sign('M4 13l2-8h12l2 8v6H4z', 'M4 13h5a3 3 0 0 0 6 0h5')
export const Save = sign('M12 4v11M7.5 11l4.5 4.5L16.5 11', 'M4 19h16')
export const Home = sign('M4 11l8-7l8 7v9H4z', 'M10 20v-6h4v6')
export const List = sign('M8 6h12M8 12h12M8 18h12M4 6v.01M4 12v.01M4 18v.01')
export const Menu = sign('M4 7h16M4 12h16M4 17h16')
export const Offline = sign(
  'M4 4l16 16',
  'M5 10a11 11 0 0 1 5-2.6M19 10a11 11 0 0 0-6-2.8M8 14a6 6 0 0 1 3-1.6M12 19v.01',
)
export const People = sign(
  'M9 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 0 0 0 7z',
  'M3 20a6 6 0 0 1 12 0',
  'M16 4.5a3.5 3.5 0 0 1 0 6M18 14.5a6 6 0 0 1 3 5.5',
)
export const Phone = sign('M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z', 'M11 18h2')
export const Plus = sign('M12 5v14M5 12h14')
export const Search = sign('M11 4a7 7 0 1 0 0 14a7 7 0 0 0 0-14z', 'M16 16l4 4')
export const Shield = sign('M12 3l7 3v5c0 5-3 8-7 10c-4-2-7-5-7-10V6z', 'M9 12l2 2l4-4')
