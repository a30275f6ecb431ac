export { FakeDevice, fakeImage } from './fake-device.ts'
export { type FakePackage, FakeUpdateServer } from './fake-update-server.ts'
