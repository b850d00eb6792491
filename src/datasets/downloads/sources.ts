// Where Keras's built-in data sets lie, and the digests they must have (keras/src/datasets of Keras 3.15).
// The file names are those of Python's cache, so that both share what is downloaded.

export interface DataSetSource {
  readonly origin: string;
  readonly fileName: string;
  /** SHA-256 or MD5 in hexadecimal; fashion-MNIST has none in Keras. */
  readonly hash?: string;
  readonly subfolder?: string;
}

const GOOGLE = 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/';
const TORONTO = 'https://www.cs.toronto.edu/~kriz/';

const fashion = (fileName: string): DataSetSource => ({
  origin: GOOGLE + fileName,
  fileName,
  subfolder: 'datasets/fashion-mnist',
});
const google = (fileName: string, hash: string): DataSetSource => ({ origin: GOOGLE + fileName, fileName, hash });

export const sources = {
  mnist: google('mnist.npz', '731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1'),
  fashionTrainLabels: fashion('train-labels-idx1-ubyte.gz'),
  fashionTrainImages: fashion('train-images-idx3-ubyte.gz'),
  fashionTestLabels: fashion('t10k-labels-idx1-ubyte.gz'),
  fashionTestImages: fashion('t10k-images-idx3-ubyte.gz'),
  cifar10: {
    origin: `${TORONTO}cifar-10-python.tar.gz`,
    fileName: 'cifar-10-batches-py-target',
    hash: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce',
  },
  cifar100: {
    origin: `${TORONTO}cifar-100-python.tar.gz`,
    fileName: 'cifar-100-python-target',
    hash: '85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7',
  },
  imdb: google('imdb.npz', '69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f'),
  imdbWordIndex: google('imdb_word_index.json', 'bfafd718b763782e994055a2d397834f'),
  reuters: google('reuters.npz', 'd6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916'),
  reutersWordIndex: google('reuters_word_index.json', '4d44cc38712099c9e383dc6e5f11a921'),
  bostonHousing: google('boston_housing.npz', 'f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5'),
  californiaHousing: google(
    'california_housing.npz',
    '1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f',
  ),
} as const satisfies Record<string, DataSetSource>;
