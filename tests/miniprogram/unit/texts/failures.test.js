/** A failure is told in a person's words, the server's own first. */

const { say } = require('../../../../miniprogram/texts/failures')

test.each([
  [{ kind: 'offline', message: 'request:fail' }, '网络不可用，请检查网络后重试'],
  [{ kind: 'failed', message: 'x', reason: 'STORAGE_FULL' }, '手机存储已满，请清理微信存储后重试'],
  [{ kind: 'problem', message: 'x', reason: 'VERSION_OUTDATED' }, '当前版本过低，请重启微信更新小程序后再签到'],
  [{ kind: 'problem', message: 'no', status: 409, body: {} }, '内容已被他人更改，请刷新后再试'],
  [{ kind: 'problem', message: 'no', status: 503, body: {} }, '服务暂时不可用，请稍后重试'],
  [{ kind: 'problem', message: 'no', status: 422, reason: 'CODE_WRONG', body: {} }, '签到码不正确'],
  [{ kind: 'problem', message: 'no', status: 429, body: { message: '你有 3 次签到系统确认中' } }, '你有 3 次签到系统确认中'],
  [{ kind: 'problem', message: 'no', status: 418, body: {} }, '出错了，请稍后重试'],
])('%j', (failure, text) => {
  expect(say(failure)).toBe(text)
})
