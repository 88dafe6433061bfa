/** What a person reads when something could not be done. */

const services = require('./services')
const { explain, reasons } = require('./reasons')

const BY_STATUS = /** @type {Record<number, string>} */ ({
  403: '没有权限进行这项操作',
  404: '没有找到，可能已被删除或不对你开放',
  409: '内容已被他人更改，请刷新后再试',
  413: '内容太长，请缩短后再试',
  429: '操作太频繁，请稍后再试',
})

const BY_KIND = /** @type {Record<string, string>} */ ({
  offline: services.offline,
  timeout: services.timeout,
  interrupted: '操作被中断，请重试',
  denied: '没有权限，请在设置中允许',
  cancelled: '已取消',
  unsupported: '这台手机不支持这项功能',
  failed: services.failed,
})

/** What services found out by themselves. */
const BY_REASON = /** @type {Record<string, string>} */ ({
  STORAGE_FULL: services.storageFull,
  VERSION_OUTDATED: services.outdated,
  NFC_OFF: 'NFC 已关闭，请在手机的系统设置中打开后再试',
  NFC_DENIED: '微信没有使用 NFC 的权限，请在手机的系统设置中允许后再试',
  NFC_TAG_LOST: '没有贴稳，请让手机背面贴住标签不动，再试一次',
  NFC_TAG_UNSUITED: '这个标签不能写入链接，请换一个空白的 NFC 标签（例如 NTAG213）',
  NFC_FAILED: 'NFC 没有响应，请重试；仍不行请关闭再打开手机的 NFC',
})

/**
 * A sentence for a failure.
 *
 * @param {Failure} failure
 */
const say = (failure) => {
  if (failure.reason && BY_REASON[failure.reason]) return BY_REASON[failure.reason]
  if (failure.kind !== 'problem') return BY_KIND[failure.kind] || services.failed
  if (failure.body && failure.body.message) return String(failure.body.message)
  if (failure.reason && reasons[failure.reason]) return explain({ reason: failure.reason }).why
  if ((failure.status || 0) >= 500) return services.unavailable
  return BY_STATUS[failure.status || 0] || services.failed
}

/**
 * The same, with what to do where the vocabulary knows.
 *
 * @param {Failure} failure
 */
const advise = (failure) => {
  const { reason = '' } = failure
  if (!reasons[reason]) return say(failure)
  const { why, what } = explain({ reason })
  return `${why}，${what}`
}

module.exports = { say, advise }
