import { describe, expect, it } from 'vitest'
import { parseMountinfo } from './mountinfo.ts'

describe('parseMountinfo', () => {
  it('reads lines with and without optional fields, escapes and odd lines', () => {
    const text = `22 27 0:21 / /proc rw,relatime - proc proc rw
36 35 98:0 /root /mnt/my\\040data rw,noatime master:1 shared:2 - ext4 /dev/disk\\134x rw,errors=continue
29 27 0:44 / /srv rw - btrfs /dev/sda2 rw
nonsense

`
    expect(parseMountinfo(text)).toEqual([
      { device: '0:21', source: 'proc', folder: '/proc', filesystem: 'proc' },
      { device: '98:0', source: '/dev/disk\\x', folder: '/mnt/my data', filesystem: 'ext4' },
      { device: '0:44', source: '/dev/sda2', folder: '/srv', filesystem: 'btrfs' },
    ])
  })
})
