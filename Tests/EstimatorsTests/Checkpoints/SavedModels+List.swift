import Estimators
import LinearAlgebra

extension SavedModel {
  /// All of them.
  static let all = linearModels + networks + leastSquares + preprocessing

  /// After early stopping, training goes on from the best epoch and not from the last.
  private static let fromTheBest = "it went on from the last epoch"

  /// What an absolute penalty takes from columns that sparse samples do not store is taken.
  private static let takesTheRest = "columns that rows do not store were left out by the penalty"

  /// The history tells the rate of a step, and no longer that of a setting it has no use for.
  private static let tellsTheRate = "the history told another rate"

  // MARK: Stochastic gradient descent

  private static let linearModels: [SavedModel] =
    [
      classifier("sgd-classifier", SGDClassifier(loss: .logistic, maxEpochs: 3)),
      classifier(
        "sgd-classifier-single",
        SGDClassifier(
          loss: .modifiedHuber, penalty: .elasticNet, averaging: true, maxEpochs: 3,
          precision: .single)),
      classifier(
        "sgd-classifier-early-stopping",
        SGDClassifier(loss: .logistic, maxEpochs: 4, earlyStopping: true)),
      classifier(
        "sgd-classifier-adaptive",
        SGDClassifier(
          alpha: 0.01, learningRate: .adaptive, initialLearningRate: 0.1, maxEpochs: 30,
          tolerance: 0.01, patience: 2, classWeight: .given(["label 10": 2]))),
      SavedModel(
        "sgd-classifier-sparse", continuesOtherwise: takesTheRest,
        {
          SGDClassifier<Int>(
            penalty: .l1, alpha: 0.01, averaging: .from(step: 20), maxEpochs: 3, classes: [-7, 7])
        },
        train: { try $0.fit(SavedData.sparse(0), to: SavedData.labels(0, classCount: 2)) },
        goOn: { try $0.partialFit(SavedData.sparse(1), to: SavedData.labels(1, classCount: 2)) },
        predict: { try $0.decisionFunction(SavedData.sparse(1)).elements }),
      SavedModel(
        "sgd-classifier-sparse-single", isSingle: true,
        { SGDClassifier<Int>(alpha: 0.05, batchSize: 5, maxEpochs: 3, precision: .single) },
        train: { try $0.fit(SavedData.sparse(0), to: SavedData.labels(0, classCount: 2)) },
        goOn: { try $0.partialFit(SavedData.sparse(1), to: SavedData.labels(1, classCount: 2)) },
        predict: { try $0.decisionFunction(SavedData.sparse(1)).elements }),
    ]
    + [
      ("sgd-regressor", SGDRegressor(maxEpochs: 3)),
      (
        "sgd-regressor-single",
        SGDRegressor(loss: .huber, averaging: true, maxEpochs: 3, precision: .single)
      ),
      (
        "sgd-regressor-early-stopping",
        SGDRegressor(maxEpochs: 4, earlyStopping: true, validationFraction: 0.25)
      ),
    ].map { (name, regressor) in
      SavedModel(
        name, isSingle: regressor.precision == .single,
        continuesOtherwise: regressor.earlyStopping ? fromTheBest : nil, { regressor },
        train: { try $0.fit(SavedData.named(0), to: SavedData.numbers(0)) },
        goOn: { try $0.partialFit(SavedData.named(1), to: SavedData.numbers(1)) },
        predict: { try $0.predict(SavedData.named(1)) })
    }

  /// A classifier of three classes named by texts, of samples with names.
  private static func classifier(
    _ name: String, _ classifier: SGDClassifier<String>
  ) -> SavedModel {
    SavedModel(
      name, isSingle: classifier.precision == .single,
      continuesOtherwise: classifier.earlyStopping ? fromTheBest : nil, { classifier },
      train: {
        try $0.fit(SavedData.named(0), to: SavedData.texts(0), weights: SavedData.weights)
      },
      goOn: { try $0.partialFit(SavedData.named(1), to: SavedData.texts(1)) },
      predict: { try $0.decisionFunction(SavedData.named(1)).elements })
  }

  // MARK: Networks

  private static let networks: [SavedModel] =
    [
      ("mlp-classifier", MLPClassifier<Int>(hiddenLayerSizes: [5], maxEpochs: 3)),
      (
        "mlp-classifier-sgd-single",
        MLPClassifier(
          hiddenLayerSizes: [4, 3], activation: .tanh, solver: .sgd, batchSize: 7,
          learningRate: .inverseScaling, initialLearningRate: 0.1, dropout: [0.2], maxEpochs: 3,
          precision: .single)
      ),
      (
        "mlp-classifier-early-stopping",
        MLPClassifier(
          hiddenLayerSizes: [4], activation: .logistic, batchSize: 6, initialLearningRate: 0.05,
          maxEpochs: 6, earlyStopping: true)
      ),
    ].map { (name, network) in
      SavedModel(
        name, isSingle: network.precision == .single,
        continuesOtherwise: network.earlyStopping ? fromTheBest : nil, { network },
        train: { try $0.fit(SavedData.features(0), to: SavedData.labels(0, classCount: 3)) },
        goOn: { try $0.partialFit(SavedData.features(1), to: SavedData.labels(1, classCount: 3)) },
        predict: { try $0.predictProbabilities(SavedData.features(1)).elements })
    } + [
      SavedModel(
        "mlp-classifier-lbfgs", continuesOtherwise: tellsTheRate,
        {
          MLPClassifier<String>(
            hiddenLayerSizes: [3], activation: .tanh, solver: .lbfgs, alpha: 0.1, maxEpochs: 5)
        },
        train: { try $0.fit(SavedData.named(0), to: SavedData.texts(0, classCount: 2)) },
        goOn: {
          $0.warmStart = true
          try $0.fit(SavedData.named(0), to: SavedData.texts(0, classCount: 2))
        },
        predict: { try $0.predictProbabilities(SavedData.named(1)).elements })
    ]
    + [
      ("mlp-regressor", MLPRegressor(hiddenLayerSizes: [5], maxEpochs: 3)),
      (
        "mlp-regressor-single",
        MLPRegressor(
          hiddenLayerSizes: [], solver: .sgd, batchSize: 8, learningRate: .cosine,
          initialLearningRate: 0.02, maxEpochs: 3, nesterov: false, precision: .single)
      ),
    ].map { (name, network) in
      SavedModel(
        name, isSingle: network.precision == .single, { network },
        train: { try $0.fit(SavedData.named(0), to: SavedData.targets(0)) },
        goOn: { try $0.partialFit(SavedData.named(1), to: SavedData.targets(1)) },
        predict: { try $0.predict(SavedData.named(1)).values })
    }
    + [Precision.double, .single].map { precision in
      SavedModel(
        "mlp-multilabel-classifier" + (precision == .single ? "-single" : ""),
        isSingle: precision == .single,
        {
          MLPMultilabelClassifier<String>(hiddenLayerSizes: [4], maxEpochs: 3, precision: precision)
        },
        train: { try $0.fit(SavedData.features(0), to: SavedData.sets(0)) },
        goOn: { try $0.partialFit(SavedData.features(1), to: SavedData.sets(1)) },
        predict: { try $0.predictProbabilities(SavedData.features(1)).elements })
    }

  // MARK: Least squares

  private static let leastSquares: [SavedModel] =
    [
      ("linear-regression", LinearRegression()),
      ("linear-regression-qr", LinearRegression(fitsIntercept: false, solver: .qr)),
      ("linear-regression-svd", LinearRegression(solver: .svd)),
      ("linear-regression-cholesky", LinearRegression(solver: .cholesky)),
      ("linear-regression-positive", LinearRegression(positive: true)),
      ("linear-regression-forgetting", LinearRegression(forgettingFactor: 0.9)),
    ].map { (name, regression) in leastSquares(name, regression) }
    + [leastSquares("ridge", Ridge(alpha: [0.5, 3]))]
    + [
      SavedModel(
        "linear-regression-lsmr", { LinearRegression(solver: .lsmr, maxEpochs: 2) },
        train: { try $0.fit(SavedData.sparse(0), to: SavedData.targets(0)) },
        goOn: {
          $0.warmStart = true
          try $0.fit(SavedData.sparse(0), to: SavedData.targets(0))
        },
        predict: { try $0.predict(SavedData.sparse(1)).values }),
      SavedModel(
        "ridge-one-row-at-a-time", { Ridge(alpha: 0.1) },
        train: { ridge in
          let (features, targets) = (SavedData.features(0), SavedData.targets(0))
          for row in 0..<features.rowCount {
            try ridge.partialFit(
              features.selectingRows([row]), to: targets.selectingRows([row]))
          }
        },
        goOn: { try $0.partialFit(SavedData.features(1), to: SavedData.targets(1)) },
        predict: { try $0.predict(SavedData.features(1)).values }),
    ]

  /// A regression of two targets, of samples with names and weights.
  private static func leastSquares<Saved: LeastSquaresEstimator>(
    _ name: String, _ regression: Saved
  ) -> SavedModel {
    SavedModel(
      name, { regression },
      train: {
        try $0.fit(SavedData.named(0), to: SavedData.targets(0), weights: SavedData.weights)
      },
      goOn: { try $0.partialFit(SavedData.named(1), to: SavedData.targets(1)) },
      predict: { try $0.predict(SavedData.named(1)).values })
  }

  // MARK: Preprocessing and pipelines

  private static let preprocessing: [SavedModel] = [
    SavedModel(
      "standard-scaler", { StandardScaler() },
      train: { try $0.fit(SavedData.named(0), to: NoTarget(), weights: SavedData.weights) },
      goOn: { try $0.partialFit(SavedData.named(1)) },
      predict: { try $0.transform(SavedData.named(1)).elements }),
    SavedModel(
      "standard-scaler-sparse", { StandardScaler(withMean: false) },
      train: { try $0.fit(SavedData.sparse(0)) },
      goOn: { try $0.partialFit(SavedData.sparse(1)) },
      predict: { try $0.transform(SavedData.features(1)).elements }),
    SavedModel(
      "scaler-sgd-classifier",
      { StandardScaler().appending(SGDClassifier<String>(loss: .logistic, maxEpochs: 3)) },
      train: { try $0.fit(SavedData.named(0), to: SavedData.texts(0)) },
      goOn: { try $0.partialFit(SavedData.named(1), to: SavedData.texts(1)) },
      predict: { try $0.decisionFunction(SavedData.named(1)).elements }),
    SavedModel(
      "scaler-mlp-classifier-frozen",
      {
        StandardScaler().appending(
          MLPClassifier<Int>(hiddenLayerSizes: [4], maxEpochs: 3), preprocessing: .frozen)
      },
      train: { try $0.fit(SavedData.features(0), to: SavedData.labels(0, classCount: 3)) },
      goOn: { try $0.partialFit(SavedData.features(1), to: SavedData.labels(1, classCount: 3)) },
      predict: { try $0.predictProbabilities(SavedData.features(1)).elements }),
    SavedModel(
      "scaler-scaler-sgd-regressor",
      {
        StandardScaler(withStd: false).appending(StandardScaler(withMean: false))
          .appending(SGDRegressor(averaging: true, maxEpochs: 3))
      },
      train: { try $0.fit(SavedData.named(0), to: SavedData.numbers(0)) },
      goOn: { try $0.partialFit(SavedData.named(1), to: SavedData.numbers(1)) },
      predict: { try $0.predict(SavedData.named(1)) }),
    SavedModel(
      "scaler-then-scaler-linear-regression",
      {
        StandardScaler(withStd: false)
          .appending(StandardScaler(withMean: false).appending(LinearRegression()))
      },
      train: { try $0.fit(SavedData.named(0), to: RegressionTarget(SavedData.targets(0))) },
      goOn: { try $0.partialFit(SavedData.named(1), to: RegressionTarget(SavedData.targets(1))) },
      predict: { try $0.predict(SavedData.named(1)).values }),
  ]
}
