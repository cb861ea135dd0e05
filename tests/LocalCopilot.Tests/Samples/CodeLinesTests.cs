using LocalCopilot.Daemon.Samples;

namespace LocalCopilot.Tests.Samples;

public class CodeLinesTests
{
    [Fact]
    public void Of_CSharp_comments_usings_attributes_and_brackets_are_left_out() => AssertMarked("a.cs", """
         using System.Text;
         namespace Shop;

         /* A comment
            of several lines that go on(); */
         /// <summary>Sells things.</summary>
         [Fact]
        +public sealed class Shop
         {
             // total += 1;
        +    private readonly string _files = "src/*.cs";
             private readonly int _count; /* begins here
             and is not yet over;
             now */
        +    public int Count => _count;
             #region more
             });
         }
        """);

    [Fact]
    public void Of_Python_docstrings_comments_imports_and_decorators_are_left_out() => AssertMarked("a.py", """"
         """A module that says something."""
         import os
         from a import b
         @decorated
        +def total(values):
             """
             Adds all values.
             """
             text = """begin of a text
             that goes on = 1
             """
             # values = []
        +    return sum(values)
        """");

    [Fact]
    public void Of_TypeScript_comments_and_imports_are_left_out() => AssertMarked("a.ts", """
         import { a } from './a';
         export * from './b';
         const path = require('path');
         /**
          * Adds all values of the list.
          */
        +export function total(values: number[]): number {
        +    const glob = 'src/**/*.ts';
             const more = glob + glob; // all of them
        +    return values.reduce((a, b) => a + b);
         }
        """);

    private static void AssertMarked(string path, string marked)
    {
        string[] lines = marked.ReplaceLineEndings("\n").Split('\n');
        string[] expected = [.. lines.Where(line => line.StartsWith('+')).Select(line => line[1..])];
        string[] code = [.. lines.Select(line => line.Length > 0 ? line[1..] : "")];

        Assert.Equal(expected, CodeLines.WorthCompleting(path, code).Select(line => code[line]));
    }
}
