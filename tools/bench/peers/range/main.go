// The barest answer to a range query, for the REST API to be measured beside: one statement, rows appended to the body by hand.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const oldest = `SELECT recorded_at, value FROM processed_record
	WHERE device_id = (SELECT id FROM device WHERE serial = $1) AND metric_id = (SELECT id FROM metric WHERE name = $2)
	ORDER BY recorded_at LIMIT 1000`

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "range:", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer pool.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /devices/{serial}/measurements", func(w http.ResponseWriter, r *http.Request) {
		body, err := points(r.Context(), pool, r.PathValue("serial"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
	})
	server := &http.Server{Addr: os.Args[1], Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		return err
	}
	return nil
}

func points(ctx context.Context, pool *pgxpool.Pool, serial string) ([]byte, error) {
	rows, err := pool.Query(ctx, oldest, serial, "battery_charge")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	body := append(make([]byte, 0, 64*1024), '[')
	var at time.Time
	var value float64
	for rows.Next() {
		if err := rows.Scan(&at, &value); err != nil {
			return nil, err
		}
		if len(body) > 1 {
			body = append(body, ',')
		}
		body = append(body, `{"recorded_at":"`...)
		body = at.UTC().AppendFormat(body, "2006-01-02T15:04:05.000000Z")
		body = append(body, `","value":`...)
		body = strconv.AppendFloat(body, value, 'g', -1, 64)
		body = append(body, '}')
	}
	return append(body, ']'), rows.Err()
}
