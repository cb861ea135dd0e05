namespace LocalCopilot.Daemon.Rpc;

/// <summary>LSP's language id of a file that no editor named one for.</summary>
internal static class LanguageIds
{
    public static string Of(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CS" => "csharp",
        ".PY" or ".PYI" => "python",
        ".TS" or ".MTS" or ".CTS" => "typescript",
        ".TSX" => "typescriptreact",
        ".JS" or ".MJS" or ".CJS" => "javascript",
        ".JSX" => "javascriptreact",
        ".GO" => "go",
        ".RS" => "rust",
        ".JAVA" => "java",
        ".KT" or ".KTS" => "kotlin",
        ".C" or ".H" => "c",
        ".CC" or ".CPP" or ".CXX" or ".HPP" => "cpp",
        ".RB" => "ruby",
        ".PHP" => "php",
        ".SWIFT" => "swift",
        ".LUA" => "lua",
        ".SH" or ".BASH" => "shellscript",
        ".JSON" => "json",
        ".YML" or ".YAML" => "yaml",
        ".MD" => "markdown",
        ".HTML" => "html",
        ".CSS" => "css",
        ".SQL" => "sql",
        _ => "plaintext",
    };
}
