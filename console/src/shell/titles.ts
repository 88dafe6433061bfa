/** What the tab is called: the page's own name, then the product's. */

import type { Router } from 'vue-router'
import { watch } from 'vue'
import { i18n } from '@/texts'

export const titled = (router: Router): void => {
  const { t, locale } = i18n.global
  const say = () => {
    const { title } = router.currentRoute.value.meta
    document.title = title ? `${t(title)} · ${t('shell.product')}` : t('shell.title')
  }
  router.afterEach(say)
  watch(locale, say)
}
