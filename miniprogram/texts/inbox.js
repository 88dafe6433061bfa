/** What organisers read of files that were made by themselves, and of what is in their way. */

module.exports = {
  title: '消息',
  note: '保留 90 天',
  unread: '未读',
  unreadCount: (/** @type {number} */ count) => (count ? `${count} 条未读` : ''),
  readAll: '全部标为已读',
  empty: '还没有消息',
  emptyHint: '在电脑上设好定时导出后，文件生成或出错会在这里告诉你',
  kinds: /** @type {Record<string, (title: string) => string>} */ ({
    export_ready: (title) => `“${title}”已生成`,
    export_failed: (title) => `“${title}”未能生成`,
    schedule_paused: (title) => `“${title}”已暂停`,
    delivery_failed: (title) => `群机器人“${title}”没有送达`,
  }),
  hints: /** @type {Record<string, string>} */ ({
    export_ready: '点开可以下载，或发到聊天',
    export_failed: '点开看原因',
    schedule_paused: '请在电脑上打开“导出”，查看原因后重新开启',
    delivery_failed: '请在电脑上打开“导出”，检查机器人的地址',
  }),
  figures: (/** @type {number} */ expected, /** @type {number} */ came, /** @type {string} */ rate) => [`应到 ${expected}`, `实到 ${came}`, rate && `签到率 ${rate}`].filter(Boolean).join(' · '),
  came: (/** @type {number} */ count) => `实到 ${count}`,
}
