import ArgumentParser

/// The command: it parses, calls the library and prints.
@main
struct EstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Learn from data, and say what another fit keeps.",
    discussion: """
      DATA is a path (.csv, .tsv, .npy), - for standard input with --format, or sample:NAME for a
      bundled data set: iris, digits, wine, breast-cancer, diabetes.
      """,
    subcommands: [
      FitCommand.self, PartialFitCommand.self, PredictCommand.self, ScoreCommand.self,
      ResetCommand.self, InspectCommand.self, CompareCommand.self, DoctorCommand.self,
    ])
}
