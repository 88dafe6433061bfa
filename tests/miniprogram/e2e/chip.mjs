/** The chip of an NTAG 424 DNA, as `tests/fakes/nfc_chip.py`: at each touch it says who it is, once more, and proves it. */

import { createCipheriv } from 'node:crypto'

const BLOCK = 16
const SESSION = Buffer.from('3CC300010080', 'hex')
const POLYNOMIAL = 0x87

const encrypted = (key, iv, bytes) => {
  const cipher = createCipheriv('aes-128-cbc', key, iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(bytes), cipher.final()])
}

const xor = (one, other) => Buffer.from(one.map((byte, index) => byte ^ other[index]))

const doubled = (block) => {
  const shifted = Buffer.from(block.map((byte, index) => ((byte << 1) & 255) | ((block[index + 1] || 0) >> 7)))
  if (block[0] & 0x80) shifted[BLOCK - 1] ^= POLYNOMIAL
  return shifted
}

/** AES-CMAC. Source: NIST SP 800-38B. */
const cmac = (key, said) => {
  const zero = Buffer.alloc(BLOCK)
  const whole = doubled(encrypted(key, zero, zero))
  const rest = said.subarray(Math.max(0, Math.ceil(said.length / BLOCK) - 1) * BLOCK)
  const isWhole = rest.length === BLOCK
  const padded = isWhole ? rest : Buffer.concat([rest, Buffer.from([0x80]), zero]).subarray(0, BLOCK)
  const last = xor(padded, isWhole ? whole : doubled(whole))
  return encrypted(key, zero, Buffer.concat([said.subarray(0, said.length - rest.length), last])).subarray(-BLOCK)
}

/** A chip that was personalised with what the server told of a new tag. */
export class Chip {
  /** @param {{url_template?: string, meta_read_key: string, file_read_key: string}} sun */
  constructor({ url_template = '', meta_read_key, file_read_key }, { uid = '04a1b2c3d4e5f6', counter = 0, padding = Buffer.alloc(5) } = {}) {
    Object.assign(this, { url_template, counter, padding, uid: Buffer.from(uid, 'hex'), meta_read_key: Buffer.from(meta_read_key, 'hex'), file_read_key: Buffer.from(file_read_key, 'hex') })
  }

  /** What it mirrors as e and c; each touch counts. */
  mirror() {
    this.counter += 1
    const read = Buffer.concat([this.uid, Buffer.from([this.counter & 255, (this.counter >> 8) & 255, this.counter >> 16])])
    const e = encrypted(this.meta_read_key, Buffer.alloc(BLOCK), Buffer.concat([Buffer.from([0xc7]), read, this.padding]))
    const proof = cmac(cmac(this.file_read_key, Buffer.concat([SESSION, read])), Buffer.alloc(0))
    return { e: e.toString('hex').toUpperCase(), c: Buffer.from(proof.filter((_, index) => index % 2)).toString('hex').toUpperCase() }
  }

  /** The link that a phone reads. */
  touch() {
    const { e, c } = this.mirror()
    return this.url_template.replace(/e=0+&c=0+/, `e=${e}&c=${c}`)
  }
}
