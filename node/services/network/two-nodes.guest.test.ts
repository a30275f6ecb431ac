import { testTwoNodes } from './two-nodes.contract.ts'

// Not every kernel has 802.1Q.
testTwoNodes('vlan')
