/// The precision of parameters and arithmetic; samples may be stored in the other.
public enum Precision: String, NamedHyperparameterValue {
  /// `Double`: 16 digits.
  case double

  /// `Float`: 7 digits, in half the memory, and about twice as fast with large models.
  case single
}
