// tf.keras.applications: networks of the literature, as Keras builds them and names their layers.
// Owns: the names at the top and the namespaces of the families.
export type { Application, ApplicationOptions } from './application.ts';
export * as convnext from './convnext.ts';
export { ConvNeXtBase, ConvNeXtLarge, ConvNeXtSmall, ConvNeXtTiny, ConvNeXtXLarge } from './convnext.ts';
export * as densenet from './densenet.ts';
export { DenseNet121, DenseNet169, DenseNet201 } from './densenet.ts';
export * as efficientnet from './efficientnet.ts';
export {
  EfficientNetB0,
  EfficientNetB1,
  EfficientNetB2,
  EfficientNetB3,
  EfficientNetB4,
  EfficientNetB5,
  EfficientNetB6,
  EfficientNetB7,
} from './efficientnet.ts';
export * as efficientnetV2 from './efficientnet-v2.ts';
export {
  EfficientNetV2B0,
  EfficientNetV2B1,
  EfficientNetV2B2,
  EfficientNetV2B3,
  EfficientNetV2L,
  EfficientNetV2M,
  EfficientNetV2S,
} from './efficientnet-v2.ts';
export * as imagenetUtils from './imagenet-utils-names.ts';
export * as inceptionResnetV2 from './inception-resnet-v2.ts';
export { InceptionResNetV2 } from './inception-resnet-v2.ts';
export * as inceptionV3 from './inception-v3.ts';
export { InceptionV3 } from './inception-v3.ts';
export * as mobilenet from './mobilenet.ts';
export { MobileNet } from './mobilenet.ts';
export * as mobilenetV2 from './mobilenet-v2.ts';
export { MobileNetV2 } from './mobilenet-v2.ts';
export { MobileNetV3Large, MobileNetV3Small } from './mobilenet-v3.ts';
export * as mobilenetV3 from './mobilenet-v3-names.ts';
export * as nasnet from './nasnet.ts';
export { NASNetLarge, NASNetMobile } from './nasnet.ts';
export { ResNet50, ResNet50V2, ResNet101, ResNet101V2, ResNet152, ResNet152V2 } from './resnet.ts';
export * as resnet from './resnet-names.ts';
export * as resnetV2 from './resnet-v2-names.ts';
export * as resnet50 from './resnet50-names.ts';
export { VGG16, VGG19 } from './vgg.ts';
export * as vgg16 from './vgg16-names.ts';
export * as vgg19 from './vgg19-names.ts';
export * as xception from './xception.ts';
export { Xception } from './xception.ts';
