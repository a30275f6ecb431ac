import { errorInfo } from '@windlass/model/unit'
import { defaultItemConfig, mediaTypes } from '@windlass/wire/oci'
import { FakeImages } from './fake-images.ts'
import { testImages } from './images.contract.ts'
import { sampleItem } from './sample-item.ts'
import { Scene } from './scene.ts'

const [one, two] = [sampleItem(), sampleItem({ version: '2.0.0' })]
const broken = sampleItem({ itemId: 'broken' })

testImages('UnitImages', async () => {
  const scene = new Scene()
  scene.publish(broken)
  scene.sources.delete(broken.item.indexDigest)
  return { images: await scene.start(), one: scene.publish(one), two: scene.publish(two), broken: broken.item }
})

testImages('FakeImages', async () => {
  const images = new FakeImages()
  for (const { item, blobs } of [one, two]) {
    const digest = [...blobs.keys()][1] ?? ''
    const config = { mediaType: mediaTypes.config, digest, size: 1 }
    const manifest = { config, layers: [], annotations: {} }
    images.offer(item, { indexDigest: item.indexDigest, variants: [{ digest, manifest, item: defaultItemConfig }] })
  }
  images.fail(broken.item, errorInfo('failed', 'the line broke'))
  return { images, one: one.item, two: two.item, broken: broken.item }
})
