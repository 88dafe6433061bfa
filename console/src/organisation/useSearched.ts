/** What somebody looks for, once they have stopped typing; empty where the server finds nobody by it. */

import { refDebounced } from '@vueuse/core'
import { computed, type Ref } from 'vue'
import { isSearchable } from './acts'

const TYPED_MS = 300

export const useSearched = (q: Ref<string>) => {
  const typed = refDebounced(q, TYPED_MS)
  return {
    asked: computed(() => (isSearchable(typed.value) ? typed.value.trim() : '')),
    isShort: computed(() => Boolean(typed.value) && !isSearchable(typed.value)),
  }
}
