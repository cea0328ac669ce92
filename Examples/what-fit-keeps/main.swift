// What does calling `fit` again keep? Six answers, each of them printed and checked by a test.

import DataReaders
import Estimators
import LinearAlgebra

let iris = try SampleData.iris.read()
guard let features = iris.features as? Matrix<Double>, let species = iris.target?.labels else {
  throw ReaderError.data(path: "sample:iris", line: nil, reason: "the bundled data are damaged")
}

// 1. By default, nothing: fit is a function of settings and data alone.
var classifier = SGDClassifier<String>(loss: .logistic, maxEpochs: 20, tolerance: nil)
try classifier.fit(features, to: species)
let once = classifier.model
try classifier.fit(features, to: species)
print("fit twice is fit once:", classifier.model == once)

// 2. With warmStart, everything: ten epochs and ten more are twenty, bit for bit.
classifier.maxEpochs = 10
try classifier.fit(features, to: species)
classifier.warmStart = true
try classifier.fit(features, to: species)
print("10 + 10 epochs are 20 in one go:", classifier.model == once)

// 3. The parameters alone, which is what scikit-learn calls warm_start: another model.
classifier.warmStart = false
try classifier.fit(features, to: species)
classifier.reset(.trainingState)
classifier.warmStart = true
try classifier.fit(features, to: species)
print("from the parameters alone it is another model:", classifier.model != once)

// 4. partialFit continues with one pass over the rows it is given.
var stream = SGDClassifier<String>(loss: .logistic, maxEpochs: 20, tolerance: nil)
for _ in 0..<20 { try stream.partialFit(features, to: species) }
print("20 passes are 20 epochs:", stream.model == once)

// 5. Saved, read and continued is the same as uninterrupted.
let bytes = try ModelFile.encode(stream)
var read = try SGDClassifier<String>(ModelFile.decode(bytes))
try read.partialFit(features, to: species)
try stream.partialFit(features, to: species)
print("saved and continued is uninterrupted:", read.model == stream.model)

// 6. A call that fails keeps everything.
var damaged = features
damaged[7, 2] = .nan
do {
  try read.fit(damaged, to: species)
} catch {
  print(error)
  print("after a call that failed all is as it was:", read.model == stream.model)
}
