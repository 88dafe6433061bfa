/** Stands in whatever a robot says, in every language: chats that ask for a word are told this one. */
export const KEYWORD = '签到'
