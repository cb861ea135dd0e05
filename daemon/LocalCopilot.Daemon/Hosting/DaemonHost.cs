using System.Globalization;
using LocalCopilot.Daemon.Configuration;
using LocalCopilot.Daemon.Rpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace LocalCopilot.Daemon.Hosting;

/// <summary>Builds the daemon from its parts.</summary>
internal static class DaemonHost
{
    private const long MaxLogBytes = 8 * 1024 * 1024;
    private const int KeptLogs = 4;

    /// <param name="paths">Folders that can be written.</param>
    public static IHost Build(LocalCopilotPaths paths, LocalCopilotOptions options, TimeProvider time, IReadOnlyList<string> warnings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "localcopilot", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSerilog(CreateLogger(paths), dispose: true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.Services.AddSingleton(paths);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton(new ServerState(time, warnings, paths.LogFile));
        builder.Services.AddSingleton(LocalTransport.For(paths));
        builder.Services.AddDaemonParts();
        builder.Services.AddHostedService<DaemonListener>();
        return builder.Build();
    }

    private static Serilog.Core.Logger CreateLogger(LocalCopilotPaths paths) => new LoggerConfiguration()
        .MinimumLevel.Information()
        .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Warning)
        .WriteTo.File(
            paths.LogFile,
            formatProvider: CultureInfo.InvariantCulture,
            fileSizeLimitBytes: MaxLogBytes,
            rollOnFileSizeLimit: true,
            retainedFileCountLimit: KeptLogs)
        .CreateLogger();
}
