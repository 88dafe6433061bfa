/** A fault of ours in a page: nobody looks at half a page, and the next page starts clean. */

import { onErrorCaptured, shallowRef, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { Failure } from '@/api/failure'

export const useBroken = (): Ref<unknown> => {
  const broken = shallowRef<unknown>(null)
  const router = useRouter()
  router.onError((error) => (broken.value = error))
  router.afterEach(() => (broken.value = null))
  onErrorCaptured((error, _, info) => {
    // What a handler did not expect from the server is told beside it; half a page is none.
    if (error instanceof Failure && info !== 'render function') return true
    broken.value = error
    return true
  })
  return broken
}
