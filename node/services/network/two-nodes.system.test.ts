import { testTwoNodes } from './two-nodes.contract.ts'

testTwoNodes('vxlan')
