namespace LocalCopilot.Daemon.Training;

/// <summary>Sends requests to the worker, as <c>localcopilot worker</c> takes them. Usable from any thread; a worker that is gone hears nothing.</summary>
internal sealed class WorkerRequests(StreamWriter input) : IDisposable
{
    private readonly Lock _gate = new();
    private bool _paused;

    public void Pause() => Change(paused: true, "pause");

    public void Resume() => Change(paused: false, "resume");

    public void Send(string request)
    {
        lock (_gate)
        {
            Write(request);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            try
            {
                input.Dispose();
            }
            catch (IOException)
            {
                // It is gone already.
            }
        }
    }

    private void Change(bool paused, string request)
    {
        lock (_gate)
        {
            if (_paused != paused)
            {
                _paused = paused;
                Write(request);
            }
        }
    }

    private void Write(string request)
    {
        try
        {
            input.WriteLine(request);
            input.Flush();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // It is gone; its exit says how.
        }
    }
}
