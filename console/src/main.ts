/** What a page does before the rest of it is there: asks who is signed in. */

import { beginRefresh } from '@/session/post'

if (location.pathname.startsWith('/console')) beginRefresh()
void import('./app')
