/** Where the side of the shell leads; a room adds its line here with its routes. */

import type { Component } from 'vue'
import { Building, Calendar, Chart, Devices, Home, List, Save, Shield } from './icons'

export interface NavLine {
  path: string
  /** The key of its word. */
  word: string
  icon: Component
}

export const nav: NavLine[] = [
  { path: '/console/', word: 'shell.nav.overview', icon: Home },
  { path: '/console/activities', word: 'shell.nav.activities', icon: Calendar },
  { path: '/console/reviews', word: 'shell.nav.reviews', icon: Shield },
  { path: '/console/rosters', word: 'shell.nav.rosters', icon: List },
  { path: '/console/reports', word: 'shell.nav.reports', icon: Chart },
  { path: '/console/exports', word: 'shell.nav.exports', icon: Save },
  { path: '/console/organisation', word: 'shell.nav.organisation', icon: Building },
  { path: '/console/sessions', word: 'shell.nav.sessions', icon: Devices },
]
