import Foundation
import TestSupport
import Testing

/// The examples, run as programs; all that they print is compared.
@Suite struct ExampleTests {
  @Test func whatFitKeeps() throws {
    let folder = try TemporaryFolder()
    let run = try BuiltProduct("what-fit-keeps").run(in: folder.url)
    #expect(run.code == 0)
    #expect(run.error.isEmpty)
    #expect(
      run.output == """
        fit twice is fit once: true
        10 + 10 epochs are 20 in one go: true
        from the parameters alone it is another model: true
        20 passes are 20 epochs: true
        saved and continued is uninterrupted: true
        Row 7, column 2 (petal_length) is nan; every feature must be finite. Leave the row out or fill in \
        a value.
        after a call that failed all is as it was: true

        """)
  }
}
