export * from './grpc.ts'
