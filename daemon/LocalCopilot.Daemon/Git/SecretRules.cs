using System.Text.RegularExpressions;

namespace LocalCopilot.Daemon.Git;

/// <summary>What must not be read by a model: files that hold secrets, and lines that look like one.</summary>
internal static partial class SecretRules
{
    private static readonly string[] Names =
    [
        ".env", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".htpasswd", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "credentials", "credentials.json", "secrets.json", "secrets.yml", "secrets.yaml",
    ];

    private static readonly string[] Endings = [".pem", ".key", ".pfx", ".p12", ".jks", ".keystore", ".kdbx", ".ppk", ".asc", ".gpg", ".tfstate", ".ovpn"];

    /// <param name="path">Relative to the repository's root, with forward slashes.</param>
    public static bool IsSecretPath(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        return Array.Exists(Names, known => name.Equals(known, StringComparison.OrdinalIgnoreCase))
            || name.StartsWith(".env.", StringComparison.OrdinalIgnoreCase)
            || Array.Exists(Endings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a text holds something that looks like a secret.</summary>
    public static bool HoldsSecret(string text) =>
        PrivateKey().IsMatch(text) || KnownToken().IsMatch(text) || ConnectionString().IsMatch(text) || UrlPassword().IsMatch(text)
        || Assignment().IsMatch(text) || PasswordAssignment().IsMatch(text) || ShellAssignment().IsMatch(text);

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-|AGE-SECRET-KEY-1")]
    private static partial Regex PrivateKey();

    /// <remarks>AWS, GitHub, GitLab, Slack, Google, Stripe, npm, PyPI, OpenAI and the like, Hugging Face, SendGrid, DigitalOcean, Shopify, Azure storage; JSON web tokens and others that a header bears.</remarks>
    [GeneratedRegex(@"\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,}|\bglpat-[A-Za-z0-9_-]{20,}|\bxox[abposr]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}|\b[sr]k_(live|test)_[0-9A-Za-z]{16,}|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_-]{16,}|\bsk-[A-Za-z0-9_-]{20,}|\bhf_[A-Za-z0-9]{30,}|\bSG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}|\bdop_v1_[a-f0-9]{64}|\bshp(at|ca|pa|ss)_[a-fA-F0-9]{32}|\bGOCSPX-[A-Za-z0-9_-]{20,}|hooks\.slack\.com/services/T[A-Z0-9]{6,}/B|\bBearer (?=[^\s""']*[0-9])[A-Za-z0-9._~+/-]{20,}|AccountKey=[A-Za-z0-9+/=]{40,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.")]
    private static partial Regex KnownToken();

    [GeneratedRegex(@"\b(password|pwd)\s*=\s*[^;""'\s{}<$]{4,}\s*;|;\s*(password|pwd)\s*=\s*[^;""'\s{}<$]{4,}", RegexOptions.IgnoreCase)]
    private static partial Regex ConnectionString();

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]*://[^\s/:@""'{}<$]+:[^\s/:@""'{}<$]{3,}@[^\s/]", RegexOptions.IgnoreCase)]
    private static partial Regex UrlPassword();

    /// <remarks>A name that says secret, then a quoted value of letters and digits mixed, without blanks.</remarks>
    [GeneratedRegex(@"(secret|token|api_?key|access_?key|account_?key|private_?key|signing_?key|credential)[A-Za-z_]{0,16}[""']?\s*[:=(]+\s*@?[""'](?=[^""']*[0-9])(?=[^""']*[A-Za-z])[^\s""'{}<$]{12,}[""']", RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();

    /// <remarks>People make shorter ones than machines.</remarks>
    [GeneratedRegex(@"(passw(or)?d|passphrase|pwd)[A-Za-z_]{0,16}[""']?\s*[:=(]+\s*@?[""'](?=[^""']*[0-9])(?=[^""']*[A-Za-z])[^\s""'{}<$]{8,}[""']", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordAssignment();

    /// <remarks>As in scripts, without quotes.</remarks>
    [GeneratedRegex(@"^[ \t#/;*-]*(export |ENV |ARG )?[A-Z0-9_]*(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY)[A-Z0-9_]*=(?=\S*[0-9])(?=\S*[A-Za-z])[A-Za-z0-9+/_.=-]{12,}[ \t\r]*$", RegexOptions.Multiline)]
    private static partial Regex ShellAssignment();
}
