/** What an organiser reads of an activity that is over, and what they send to a group. */

module.exports = {
  figures: { expected: '应到', came: '实到', late: '迟到', leave: '请假', absent: '未到', waiting: '待核验', undecided: '无人核验按设定处理' },
  rate: '签到率',
  figure: (/** @type {string} */ name, /** @type {number} */ count) => `${name}${count}`,
  head: (/** @type {string} */ title, /** @type {string} */ when) => `【${title}】${when}`,
  numbers: (/** @type {string} */ figures, /** @type {string} */ rate) => (rate ? `${figures}，${rate}` : figures),
  list: (/** @type {string} */ name, /** @type {string[]} */ names) => `${name}：${names.join('、')}`,
  names: '带上名字',
  namesHint: '名字会发到群里，请只在需要时带上',
  others: '等',
  unnamed: '未命名',
  copy: '复制战报',
  copied: '已复制',
  picture: '生成图片',
  pictureLabel: '战报图片',
  send: '转发图片',
  keep: '保存到相册',
  kept: '已保存到相册',
  albumAsk: { title: '没有相册权限', content: '在设置中允许“添加到相册”后，就能保存图片', yes: '去设置', no: '取消' },
}
