import { testTwoNodes } from './two-nodes.contract.ts'

// Not every kernel has 802.1Q; Debian's has.
testTwoNodes('vlan')
