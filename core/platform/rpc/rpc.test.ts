import { FakeRpc } from './fake-rpc.ts'
import { grpc } from './grpc.ts'
import { testRpc } from './rpc.contract.ts'

testRpc('the fake', () => ({ rpc: new FakeRpc(), address: 'unit:8093' }))
testRpc('gRPC', () => ({ rpc: grpc, address: '127.0.0.1:0' }))
