export const inbox = {
  title: '消息',
  note: '保留 90 天',
  empty: '还没有消息',
  emptyHint: '定时导出完成或出错时会告诉你',
  unread: '未读',
  unreadCount: '{n} 条未读',
  readAll: '全部标为已读',
  kinds: {
    export_ready: '“{title}”已生成',
    export_failed: '“{title}”未能生成',
    schedule_paused: '“{title}”已暂停',
    delivery_failed: '群机器人“{title}”没有送达',
  },
  figures: '应到 {expected} · 实到 {came} · 签到率 {rate}',
  came: '实到 {n}',
}
