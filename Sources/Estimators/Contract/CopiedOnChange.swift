/// A value in one place that all copies share until one of them is changed.
///
/// Copying it costs one count, however many arrays the value has: calls with one sample each take
/// about as long to copy what they change as to train.
@propertyWrapper
struct CopiedOnChange<Value: Sendable>: Sendable {
  /// Changed only while a single copy knows it.
  private final class Storage: @unchecked Sendable {
    var value: Value

    init(_ value: Value) { self.value = value }
  }

  private var storage: Storage

  init(wrappedValue: Value) { storage = Storage(wrappedValue) }

  var wrappedValue: Value {
    _read { yield storage.value }
    _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
      yield &storage.value
    }
  }
}
