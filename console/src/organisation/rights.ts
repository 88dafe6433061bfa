/** What who is signed in may do in the organisation of this console. */

import { computed } from 'vue'
import { useOrganisation } from '@/shell/organisation'

export const useRights = () => {
  const { organisation } = useOrganisation()
  const role = computed(() => organisation.value?.role ?? null)
  const isArchived = computed(() => Boolean(organisation.value?.archived_at))
  return {
    role,
    isArchived,
    isStaff: computed(() => role.value !== null && role.value !== 'member'),
    isOwner: computed(() => role.value === 'owner'),
    canManage: computed(() => !isArchived.value && (role.value === 'owner' || role.value === 'organiser')),
  }
}
