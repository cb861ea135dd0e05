using LocalCopilot.Daemon.Git;

namespace LocalCopilot.Tests.Git;

/// <summary>The secrets are made up, and put together here so that no scanner takes this file for a leak.</summary>
public class SecretRulesTests
{
    private const string Letters = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3";

    public static TheoryData<string, string> Secrets => new()
    {
        { "private key", "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE..." },
        { "OpenSSH key", "-----BEGIN " + "OPENSSH PRIVATE KEY-----" },
        { "PGP key", "-----BEGIN " + "PGP PRIVATE KEY BLOCK-----" },
        { "AWS", "key = AKIA" + "ABCDEFGHIJKLMNOP" },
        { "GitHub", "token: ghp_" + Letters },
        { "GitHub, fine", "github_pat_" + Letters },
        { "GitLab", "glpat-" + Letters[..20] },
        { "Slack", "xoxb-" + "1234567890-abcdef" },
        { "Google", "AIza" + Letters[..35] },
        { "Stripe", "sk_" + "live_" + Letters[..24] },
        { "npm", "npm_" + Letters[..36] },
        { "web token", "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTYifQ.abc" },
        { "Azure", "AccountKey=" + Letters + Letters },
        { "connection string", "Server=db;Password=" + "hunter2hunter2;Database=x" },
        { "url", "postgres://app:" + "s3cretpassword@db.example.org/app" },
        { "assignment", "api_key = \"" + Letters[..20] + "\"" },
        { "PuTTY key", "PuTTY-User-" + "Key-File-2: ssh-rsa" },
        { "age key", "AGE-SECRET-" + "KEY-1QQQ" },
        { "Hugging Face", "hf_" + Letters[..34] },
        { "SendGrid", "SG." + Letters[..22] + "." + Letters },
        { "DigitalOcean", "dop_v1_" + new string('a', 32) + new string('1', 32) },
        { "Shopify", "shpat_" + new string('0', 32) },
        { "Google OAuth", "GOCSPX-" + Letters[..28] },
        { "Slack webhook", "https://hooks.slack" + ".com/services/T00000000/B00000000/" + Letters[..24] },
        { "header", "'Authorization: Bearer " + Letters[..24] + "'" },
        { "end of a connection string", "\"Server=db;User=sa;Pwd=" + "hunter2hunter2\"" },
        { "longer name", "DB_PASSWORD_PROD = '" + "Tr0ub4dor&3'" },
        { "argument", "builder.WithPassword(\"" + "Tr0ub4dor&3\")" },
        { "verbatim", "string secretKey = @\"" + Letters[..20] + "\";" },
        { "script", "export GITHUB_TOKEN=" + Letters[..20] },
        { "json", "\"client_secret\": \"" + Letters[..20] + "\"" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public void Secrets_are_seen(string kind, string text)
    {
        Assert.True(SecretRules.HoldsSecret($"before\n{text}\nafter"), kind);
    }

    [Theory]
    [InlineData("password = input('Password: ')")]
    [InlineData("var token = tokens[i];")]
    [InlineData("string secret = Environment.GetEnvironmentVariable(\"CLIENT_SECRET\");")]
    [InlineData("public CancellationToken Token { get; }")]
    [InlineData("token = \"<|fim_middle|>\"")]
    [InlineData("https://example.org/a:b@c")]
    [InlineData("mailto = 'somebody@example.org'")]
    [InlineData("sha = '76b063ec0e5a4ab2b3d0a3a2f2a0a2f2b3d0a3a2'")]
    [InlineData("Password={0};")]
    [InlineData("TOKEN=$(cat token.txt)")]
    [InlineData("export TOKEN_FILE=/run/token")]
    [InlineData("tokenizer = Tokenizer(\"gpt2-medium\")")]
    [InlineData("headers[\"Authorization\"] = \"Bearer \" + token")]
    [InlineData("var passwordBox = new PasswordBox(\"Name\");")]
    [InlineData("-----BEGIN CERTIFICATE-----")]
    [InlineData("")]
    public void Ordinary_code_is_none(string text) => Assert.False(SecretRules.HoldsSecret(text));

    [Theory]
    [InlineData(".env", true)]
    [InlineData("app/.env.production", true)]
    [InlineData("keys/server.pem", true)]
    [InlineData("id_rsa", true)]
    [InlineData("infra/main.tfstate", true)]
    [InlineData("config/secrets.yml", true)]
    [InlineData("src/environment.ts", false)]
    [InlineData("src/keyboard.cs", false)]
    [InlineData("docs/secrets.md", false)]
    public void Paths_tell(string path, bool secret) => Assert.Equal(secret, SecretRules.IsSecretPath(path));
}
