import type { Texts } from '../index'

export const tags: Texts['tags'] = {
  title: 'NFC tags',
  off: 'Checking in by tag is off for this activity; its tags do nothing yet',
  turnOn: 'Turn it on',
  askToTurnOn: 'An organiser turns it on among the ways to check in',
  label: 'Name of the tag',
  labelPlaceholder: 'Such as: east gate, left',
  gate: 'Gate',
  noGate: 'None',
  kind: 'Kind of tag',
  kinds: { static: 'Plain', sun: 'Copy-proof' },
  about: {
    static:
      'Any NFC tag, such as an NTAG213. It can be copied, so location or the Wi-Fi there must prove presence, or a human looks at it',
    sun: 'NTAG 424 DNA: it says something else at each touch, and a copy is worth nothing. A tool that knows it writes keys and offsets',
  },
  placeless:
    'This activity has neither a place nor Wi-Fi: a human has to look at everybody who touches a plain tag. Set one of them under Edit, or use copy-proof tags',
  make: 'Add tag',
  made: '“{label}” was added, and has to be written yet',
  once: 'This is not shown again after you leave; if it was not written, revoke it and add another',
  again: 'The link can be copied again from the list below',
  copy: 'Copy link',
  how: {
    phone:
      'With an Android phone: open NFC tags of this activity in the mini-program, tap 写入 beside this one and touch the tag; it is read back for you',
    tool: 'Without one: in an app that writes tags, such as NFC Tools, write the link as a record of type URL, then read it again and compare',
    lock: 'Where somebody might write over it, make the tag read-only: that is for good, and it can serve no other activity later',
  },
  keysOnce: 'The keys are shown this once',
  keysNote: 'Whoever has them can forge this tag: give them to the tool that writes it, then delete the file',
  values: {
    url_template: 'URL template (of the NDEF file)',
    meta_read_key: 'Meta-read key (SDMMetaReadKey)',
    file_read_key: 'File-read key (SDMFileReadKey)',
    picc_offset: 'PICCDataOffset',
    mac_input_offset: 'SDMMACInputOffset',
    mac_offset: 'SDMMACOffset',
  },
  secret: 'secret',
  offsets:
    'Offsets are in bytes from the beginning of the NDEF file, its two bytes of length included; mirror both UID and counter (NXP AN12196)',
  copyAll: 'Copy all',
  download: 'Download as text',
  empty: 'No tags yet',
  emptyHint:
    'Hang one at the door: people check in by touching it. Each activity has tags of its own; a sticker that is not locked can be written again',
  seen: 'Last touched {at}',
  unseen: 'Never touched',
  counted: 'read {n}',
  revoke: 'Revoke',
  revoked: 'Revoked',
  revokeAsk: 'Revoke “{label}”?',
  revokeNote: 'In a few seconds nobody checks in by it any more, for good; who checked in stays',
}
