/** What services tell a person by themselves, where the server said nothing. */

const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1)

module.exports = {
  saved: '已保存，联网后自动上传',
  storageFull: '手机存储已满，请清理微信存储后重试',
  outdated: '当前版本过低，请重启微信更新小程序后再签到',
  rejected: '这次签到无法受理，请重新扫码，仍不行请联系组织者',
  offline: '网络不可用，请检查网络后重试',
  timeout: '网络太慢，请稍后重试',
  unavailable: '服务暂时不可用，请稍后重试',
  failed: '出错了，请稍后重试',
  steps: {
    credential: { qr: '已识别二维码', code: '已读取签到码', place: '已选择活动', nfc: '已读取标签', staff: '已选择人员' },
    locating: '正在定位',
    located: (/** @type {number | null} */ accuracy_m) =>
      (accuracy_m === null ? '已定位，误差未知' : `已定位，误差约 ${Math.round(accuracy_m)} 米`),
    locationDenied: '没有定位权限',
    locationMissing: '没有取得定位',
    waitingForFix: (/** @type {number} */ in_s) => `${in_s} 秒后重新定位`,
    readingWifi: '正在识别 Wi-Fi',
    wifiRead: (/** @type {string} */ ssid) => (ssid ? `已连接 ${ssid}` : '已识别 Wi-Fi'),
    wifiMissing: '没有连接现场 Wi-Fi',
    sending: '正在提交',
    sent: (/** @type {number} */ took_ms) => `已提交，用时 ${seconds(took_ms)} 秒`,
    slow: '网络较慢，还在提交',
    saved: '已保存在手机上',
    unsaved: '还没有保存，请不要关闭小程序',
    sendFailed: '没有提交成功',
  },
}
