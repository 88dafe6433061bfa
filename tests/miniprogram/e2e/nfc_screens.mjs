/** The screens of NFC tags, of who touches them and of who makes them, for `screens.mjs`. */

import { openActivity } from './stack.mjs'

const LONG_LABEL = '东侧主入口左侧立柱（约一米高，贴在海报下方，请勿撕下）'
const WITH_NFC = { capabilities: { nfc: true } }

/** An activity with a tag of each kind, one of them revoked, and one that has none and takes none. */
export const populateNfc = async () => {
  const activity = await openActivity({ methods: ['qr', 'code', 'nfc'], gates: ['东侧主入口', '北门'] })
  const at = `${activity.path}/nfc-tags`
  const make = (body) => activity.owner.post(at, body)
  const { tag } = await make({ kind: 'static', label: '旧标签' })
  await activity.owner.call('DELETE', `${at}/${tag.tag_id}`)
  await make({ kind: 'sun', label: '签到台' })
  await make({ kind: 'static', label: LONG_LABEL, gate: '东侧主入口' })
  return { activity, empty: await openActivity() }
}

const tagsOf = ({ id }) => `/organise/pages/tags/tags?activity_id=${id}`

/** Every page: as `pagesOf` of `screens.mjs`. */
export const nfcPagesOf = ({ activity, empty }) => [
  { name: 'tags', at: tagsOf(activity), none: tagsOf(empty), nobody: empty.owner.name, states: ['normal', 'empty', 'loading', 'error'], login: activity.owner.name },
]

/** What is there after taps: as `reached` of `screens.mjs` makes them, by `open` to a page. */
export const nfcStepsOf = ({ activity }, reached, open) => {
  const owner = { login: `sim:${activity.owner.name}` }
  const at = `/pages/checkin/checkin?activity_id=${activity.id}`
  const touched = (phone, tag) => phone.page.evaluate((given) => window.__fx.touch(given), tag)
  const named = async (phone) => {
    await open(phone, tagsOf(activity))
    await phone.page.locator('.h-page:not([hidden]) input').fill(LONG_LABEL)
  }
  const written = (...tags) => async (phone) => {
    await named(phone)
    await phone.tap('添加标签', { exact: true })
    await phone.tap('用这台手机写入')
    await phone.sees('把标签贴在手机背面')
    for (const tag of tags) await touched(phone, tag)
  }
  return [
    reached('tags-write', { ...owner, ...WITH_NFC }, [], '拿开标签，再碰一次', written({ name: 'tag' })),
    reached('tags-lost', { ...owner, ...WITH_NFC }, [], '没有贴稳', written({ name: 'tag', is_lost: true })),
    reached('tags-copy', owner, [/^添加标签$/], '这台手机不能写标签', named),
    reached('tags-sun', owner, ['防复制标签', /^添加标签$/], '密钥只显示这一次', named),
    reached('checkin-touch', WITH_NFC, [], '也可以用手机背面碰签到标签', (phone) => open(phone, at)),
    reached('checkin-touch-first', WITH_NFC, [], '手机背面靠近标签', (phone) => open(phone, `${at}&method=nfc`)),
    reached('checkin-touch-off', { ...WITH_NFC, nfc: 'off' }, [], 'NFC 已关闭', (phone) => open(phone, at)),
    reached('checkin-touch-elsewhere', { platform: 'ios' }, ['其他方式', '现场有 NFC 标签？'], 'iPhone：', (phone) => open(phone, at)),
  ]
}
