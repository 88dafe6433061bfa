/** What a person has to allow: the privacy guide first, then a permission for each ability; and where they can change it. */

import { modal } from '../dialogs.mjs'
import { fail, fx, hasListener, last, running, violate } from './state.mjs'

const GUIDE = '《签到隐私保护指引》'
const DENIED = 'auth deny'

const agreed_by = []

/** The button of an open type that a person tapped. */
export const agreedBy = (id) => agreed_by.push(id)

const answered = ({ event, buttonId }) => {
  if (event === 'disagree') return false
  if (event !== 'agree') return undefined
  if (!agreed_by.some((id) => id === buttonId)) violate(`agreed by ${buttonId}, which is no agreePrivacyAuthorization button that was tapped`)
  return true
}

const askProgram = () => new Promise((resolve) => {
  last('privacy')((answer) => {
    const is_agreed = answered(answer)
    if (is_agreed !== undefined) resolve(is_agreed)
  }, { referrer: '' })
})

const askPlainly = async () => (await modal({ title: '隐私保护提示', content: `请先阅读并同意${GUIDE}`, confirmText: '同意', cancelText: '拒绝' })).confirm

let asking = null

/** Goes on once the person agreed to the guide. */
export const private_ = async () => {
  if (fx.privacy === 'agreed') return
  asking ||= (hasListener('privacy') ? askProgram() : askPlainly()).finally(() => { asking = null })
  if (!(await asking)) fail('privacy permission is not authorized', { errno: 104 })
  fx.privacy = 'agreed'
}

export const privacySetting = () => ({ needAuthorization: fx.privacy !== 'agreed', privacyContractName: GUIDE })

/** What the person said about their position: never asked, yes, or no. */
const locationSetting = () => {
  if (fx.location === 'denied') return false
  return fx.authorize === 'ask' ? undefined : true
}

export const setting = () => {
  const is_allowed = locationSetting()
  return { authSetting: is_allowed === undefined ? {} : { 'scope.userLocation': is_allowed } }
}

/** Goes on if the person allows their position; asks once. */
export const allowLocation = async () => {
  const { permission = {} } = running.appJson
  if (!permission['scope.userLocation']) violate('app.json has no permission scope.userLocation')
  if (fx.location === 'denied') fail(DENIED)
  if (fx.authorize !== 'ask') return
  const said = await modal({ title: '签到 申请获取你的位置信息', content: (permission['scope.userLocation'] || {}).desc, confirmText: '允许', cancelText: '拒绝' })
  fx.authorize = 'asked'
  if (said.confirm) return
  fx.location = 'denied'
  fail(DENIED)
}

/** Goes on if the person allows the camera. */
export const allowCamera = () => {
  const { permission = {} } = running.appJson
  if (!permission['scope.camera']) violate('app.json has no permission scope.camera')
  if (fx.camera === 'denied') fail(DENIED)
}

/** The page of WeChat where permissions are switched. */
export const openSetting = async () => {
  const said = await modal({ title: '设置', content: '位置信息、添加到相册', confirmText: '允许', cancelText: '不允许' })
  if (said.confirm) fx.album = 'allow'
  if (said.confirm && fx.location === 'denied') fx.location = fx.location_when_allowed
  else if (!said.confirm) fx.location = 'denied'
  return setting()
}
